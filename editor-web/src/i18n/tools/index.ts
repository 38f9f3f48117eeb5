/** The words of the tools around the text: apart from the others, because they come with the tools and not before. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Language, language } from '..';
import type { ToolsMessages } from './en';

const load: Record<Language, () => Promise<ToolsMessages>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
  ar: async () => (await import('./ar')).ar,
};

const catalogue = signal<ToolsMessages>(await load[language.peek()]());
export const toolsWords: ReadonlySignal<ToolsMessages> = catalogue;

effect(() => {
  const choice = language.value;
  void load[choice]().then((messages) => {
    if (language.peek() === choice) catalogue.value = messages;
  });
});
