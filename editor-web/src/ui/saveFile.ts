/** Hand a text to the person as a file. */
export function saveFile(name: string, text: string): void {
  saveBlob(name, new Blob([text], { type: 'text/markdown;charset=utf-8' }));
}

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A file name that every system takes, from a title. */
export function fileName(title: string, fallback: string, extension = 'md'): string {
  const name = (title.trim() || fallback).replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ').trim();
  return `${name.slice(0, 80) || 'document'}.${extension}`;
}
