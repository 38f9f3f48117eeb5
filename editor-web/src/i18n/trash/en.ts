/** English: the reference; every other language must give exactly these. */
const days = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'day' : 'days'}`;

export const en = {
  title: 'Trash',
  kept: (n: number) => `Documents are deleted for good after ${days(n)} in the trash.`,
  keptForEver: 'Documents stay here until somebody deletes them for good.',
  none: 'The trash is empty',
  noneForYou: 'Only whoever manages a document can take it out of the trash. There is none of yours.',
  deleted: (ago: string) => `Deleted: ${ago}`,
  restore: 'Restore',
  restoreOne: (title: string) => `Restore “${title}”`,
  remove: 'Delete for good',
  removeOne: (title: string) => `Delete for good: “${title}”`,
  restored: (title: string) => `“${title}” is among your documents again.`,
  removed: (title: string) => `“${title}” has been deleted for good.`,
  failed: (reason: string) => `That did not work: ${reason}`,
  unreachable: 'The trash is on the server, which cannot be reached right now.',
  retry: 'Try again',
  loading: 'Looking into the trash',
  more: 'Show more',
  sure: {
    title: (title: string) => `Delete “${title}” for good?`,
    body: 'The text, all earlier versions, images and links to it are deleted for everybody. This cannot be undone.',
    cancel: 'Cancel',
  },
};

export type TrashMessages = typeof en;
