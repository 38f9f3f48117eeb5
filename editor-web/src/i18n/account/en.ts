/** English words for signing in and out; every other language must give exactly these. */
const changes = (n: number) => (n === 1 ? '1 change' : `${n.toLocaleString('en')} changes`);

export const en = {
  signIn: 'Sign in',
  signInWith: (name: string) => `Sign in with ${name}`,
  welcome: { title: 'A quiet place to write together', body: 'Sign in to see your documents.' },
  closed: { title: 'Sign in to open this document', body: 'You come straight back to it.' },
  again: {
    title: 'Please sign in again',
    body: 'You have been signed out. Nothing is lost: your words are on this device, and reach the server as soon as you are back.',
    loose: 'Some of it is only in this window: keep it open. Signing in opens another one.',
  },
  account: (name: string) => `Account: ${name}`,
  admin: 'You may do everything with all documents.',
  nameHint: 'Your name comes from your account.',
  signOut: 'Sign out',
  signOutAnyway: 'Sign out and delete them',
  stay: 'Stay signed in',
  unsent: (n: number) => `${changes(n)} on this device have not reached the server yet. Signing out deletes them.`,
  failed: 'The server cannot be reached. You are still signed in.',
};

export type AccountMessages = typeof en;
