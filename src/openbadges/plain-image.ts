import type { Tier } from './vocabulary.ts';

const SHAPES: Readonly<Record<Tier, string>> = {
  participation: '<circle cx="128" cy="128" r="112"/>',
  skill: '<path d="M128 12 228 70v116L128 244 28 186V70z"/>',
  qualification:
    '<path d="M128 12c34 22 68 30 100 30v90c0 56-44 92-100 112C72 224 28 188 28 132V42c32 0 66-8 100-30z"/>',
};

const MARKS: Readonly<Record<Tier, string>> = {
  participation: '<path d="M84 130l32 32 58-66"/>',
  skill: '<path d="M128 74l16 36 40 4-30 26 9 39-35-20-35 20 9-39-30-26 40-4z"/>',
  qualification: '<path d="M76 96h104M76 128h104M100 160h56"/>',
};

/** A plain SVG for a badge that has no picture yet: its tier shows in the shape, as badgekit's tiers do. */
export function plainImage(tier: Tier): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256" width="256" height="256">
  <g fill="#0f3d5c" stroke="#e07a2c" stroke-width="12" stroke-linejoin="round">${SHAPES[tier]}</g>
  <g fill="none" stroke="#fff6e6" stroke-width="12" stroke-linecap="round" stroke-linejoin="round">${MARKS[tier]}</g>
</svg>
`;
}

/** What {@link plainImage} shows, in words. */
export function plainImageCaption(tier: Tier): string {
  return {
    participation: 'A dark blue disc with an orange rim and a tick',
    skill: 'A dark blue hexagon with an orange rim and a star',
    qualification: 'A dark blue shield with an orange rim and three lines of writing',
  }[tier];
}
