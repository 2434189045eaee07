import { foldName } from './names.ts';

/** Words for the columns of lists of people and badges, as programs and people write them in their languages. */
const WORDS = {
  email: `Email; E-mail; Mail; Email address; E-mail address; Recipient email; User email; E-Mail-Adresse; Emailadresse;
    Mailadresse; Adresse e-mail; Adresse de courriel; Adresse courriel; Courriel; Adresse mail; Adresse électronique;
    Correo electrónico; Correo; Dirección de correo; Dirección de correo electrónico; Dirección email; Indirizzo email;
    Indirizzo e-mail; Posta elettronica; Endereço de email; Endereço de e-mail; E-mailadres; E-mail adres; E-postadress;
    E-post; E-postadresse; Epost; Sähköpostiosoite; Sähköposti; Adres e-mail; Adres email; E-mailová adresa; E-posta;
    E-posta adresi; Адрес электронной почты; Электронная почта; Эл. почта; Електронна пошта; メールアドレス; 电子邮件;
    电子邮件地址; 電子郵件; 이메일; 이메일 주소`,
  given: `First name; Firstname; Given name; Forename; Vorname; Prénom; Nombre; Nombre(s); Nome; Nome próprio; Voornaam;
    Förnamn; Fornavn; Etunimi; Imię; Jméno; Křestní jméno; Имя; Ім’я; Ad; 名; 이름`,
  family: `Surname; Last name; Lastname; Family name; Nachname; Familienname; Nom; Nom de famille; Apellido; Apellidos;
    Apellido(s); Cognome; Sobrenome; Apelido; Apelidos; Achternaam; Efternamn; Etternavn; Efternavn; Sukunimi; Nazwisko;
    Příjmení; Фамилия; Прізвище; Soyadı; 姓; 성`,
  middle: 'Middle name; Second name; Tussenvoegsel; Infix; Mellannamn; Mellomnavn; Mellemnavn; Отчество',
  name: `Name; Full name; Fullname; Recipient name; Student name; Participant name; Vollständiger Name; Nom; Nom complet;
    Nom et prénom; Nombre; Nombre completo; Nombre y apellidos; Nome; Nome completo; Nome e cognome; Naam; Volledige naam;
    Namn; Fullständigt namn; Navn; Fullt navn; Nimi; Imię i nazwisko; Nazwisko i imię; Jméno; Jméno a příjmení; Имя; ФИО;
    Полное имя; Ad soyad; 氏名; 姓名; 이름; 성명`,
  issued_on: `Issued on; Issued at; Issue date; Date issued; Date of issue; Issued; Award date; Date awarded; Ausstellungsdatum;
    Ausgestellt am; Verliehen am; Date d’émission; Date de délivrance; Délivré le; Fecha de emisión; Fecha de expedición;
    Data di rilascio; Data di emissione; Data de emissão; Datum van uitgifte; Uitgiftedatum; Utfärdat; Utfärdandedatum;
    Utstedt; Data wydania; Дата выдачи`,
  expires_on: `Expires on; Expires at; Expires; Expiration date; Expiry date; Valid until; Gültig bis; Ablaufdatum; Läuft ab am;
    Date d’expiration; Valable jusqu’au; Fecha de vencimiento; Fecha de caducidad; Válido hasta; Data di scadenza;
    Valido fino al; Data de validade; Válido até; Vervaldatum; Geldig tot; Giltig till; Utløpsdato; Data ważności;
    Действителен до`,
  evidence_url:
    'Evidence; Evidence URL; Evidence link; Nachweis-URL; URL de preuve; URL de evidencia; URL da evidência',
  narrative: 'Narrative; Citation; Begründung',
  badge: 'Badge; Badge name; Badge class; Achievement; Abzeichen; Insigne; Insignia; Odznaka',
} as const;

export type Word = keyof typeof WORDS;

const FOLDED: ReadonlyMap<Word, ReadonlySet<string>> = new Map(
  (Object.entries(WORDS) as [Word, string][]).map(([word, names]) => [word, new Set(names.split(';').map(foldName))]),
);

/** Whether a folded name of a column says a thing, in any of the languages that badgekit knows. */
export function says(name: string, word: Word): boolean {
  return FOLDED.get(word)?.has(name) ?? false;
}

/** Where a thing stands in folded names, if it stands in one place. */
export function placeOf(names: readonly string[], word: Word): number | undefined {
  const places = placesOf(names, word);
  return places.length === 1 ? places[0] : undefined;
}

/** Everywhere that a thing stands. */
export function placesOf(names: readonly string[], word: Word): readonly number[] {
  return names.flatMap((name, index) => (says(name, word) ? [index] : []));
}
