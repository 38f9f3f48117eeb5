import type { AccountMessages } from './en';

const changes = (n: number) => (n === 1 ? '1 Änderung' : `${n.toLocaleString('de')} Änderungen`);

export const de: AccountMessages = {
  signIn: 'Anmelden',
  signInWith: (name) => `Mit ${name} anmelden`,
  welcome: {
    title: 'Ein ruhiger Ort, um zusammen zu schreiben',
    body: 'Melden Sie sich an, um Ihre Dokumente zu sehen.',
  },
  closed: { title: 'Melden Sie sich an, um dieses Dokument zu öffnen', body: 'Sie kommen direkt hierher zurück.' },
  again: {
    title: 'Bitte melden Sie sich erneut an',
    body: 'Sie wurden abgemeldet. Nichts ist verloren: Ihre Worte sind auf diesem Gerät und gehen an den Server, sobald Sie wieder da sind.',
    loose: 'Einiges davon ist nur in diesem Fenster: lassen Sie es offen. Die Anmeldung öffnet ein neues.',
  },
  account: (name) => `Konto: ${name}`,
  admin: 'Sie dürfen mit allen Dokumenten alles tun.',
  nameHint: 'Ihr Name kommt aus Ihrem Konto.',
  signOut: 'Abmelden',
  signOutAnyway: 'Abmelden und löschen',
  stay: 'Angemeldet bleiben',
  unsent: (n) =>
    `${changes(n)} auf diesem Gerät ${n === 1 ? 'hat' : 'haben'} den Server noch nicht erreicht. Beim Abmelden ${n === 1 ? 'wird sie' : 'werden sie'} gelöscht.`,
  failed: 'Der Server ist nicht erreichbar. Sie sind noch angemeldet.',
};
