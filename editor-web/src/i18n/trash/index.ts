/** The words for the trash: apart from the others, because they come after the first load. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Language, language } from '..';
import type { TrashMessages } from './en';

const load: Record<Language, () => Promise<TrashMessages>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
  ar: async () => (await import('./ar')).ar,
};

const catalogue = signal<TrashMessages>(await load[language.peek()]());
export const trashWords: ReadonlySignal<TrashMessages> = catalogue;

effect(() => {
  const choice = language.value;
  void load[choice]().then((messages) => {
    if (language.peek() === choice) catalogue.value = messages;
  });
});
