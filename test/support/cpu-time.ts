/** Measures the processor's time that this process takes, in ms: the clock's depends on what else the machine does. */
export function cpuTime(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
