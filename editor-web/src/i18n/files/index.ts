/** The words for files in and out: apart from the others, because they come after the first load. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Language, language } from '..';
import type { FilesMessages } from './en';

const load: Record<Language, () => Promise<FilesMessages>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
  ar: async () => (await import('./ar')).ar,
};

const catalogue = signal<FilesMessages>(await load[language.peek()]());
export const filesWords: ReadonlySignal<FilesMessages> = catalogue;

effect(() => {
  const choice = language.value;
  void load[choice]().then((messages) => {
    if (language.peek() === choice) catalogue.value = messages;
  });
});
