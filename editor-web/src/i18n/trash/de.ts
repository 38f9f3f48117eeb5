/** German. */
import type { TrashMessages } from './en';

const days = (n: number) => `${n.toLocaleString('de')} ${n === 1 ? 'Tag' : 'Tagen'}`;

export const de: TrashMessages = {
  title: 'Papierkorb',
  kept: (n) => `Dokumente werden nach ${days(n)} im Papierkorb endgültig gelöscht.`,
  keptForEver: 'Dokumente bleiben hier, bis jemand sie endgültig löscht.',
  none: 'Der Papierkorb ist leer',
  noneForYou:
    'Nur wer ein Dokument verwaltet, kann es aus dem Papierkorb holen. Von Ihren Dokumenten liegt hier keines.',
  deleted: (ago) => `Gelöscht: ${ago}`,
  restore: 'Wiederherstellen',
  restoreOne: (title) => `Wiederherstellen: „${title}“`,
  remove: 'Endgültig löschen',
  removeOne: (title) => `Endgültig löschen: „${title}“`,
  restored: (title) => `„${title}“ ist wieder bei Ihren Dokumenten.`,
  removed: (title) => `„${title}“ wurde endgültig gelöscht.`,
  failed: (reason) => `Das hat nicht geklappt: ${reason}`,
  unreachable: 'Der Papierkorb liegt auf dem Server, der gerade nicht erreichbar ist.',
  retry: 'Erneut versuchen',
  loading: 'Der Papierkorb wird geöffnet',
  more: 'Mehr anzeigen',
  sure: {
    title: (title) => `„${title}“ endgültig löschen?`,
    body: 'Der Text, alle früheren Fassungen, Bilder und Links darauf werden für alle gelöscht. Das lässt sich nicht rückgängig machen.',
    cancel: 'Abbrechen',
  },
};
