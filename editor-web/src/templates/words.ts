/** The templates in the chosen language: fetched when the list is shown, after everything else. */
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Language, language } from '../i18n';
import type { TemplateMessages } from './en';

const load: Record<Language, () => Promise<TemplateMessages>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
  ar: async () => (await import('./ar')).ar,
};

const catalogue = signal<TemplateMessages>(await load[language.peek()]());
export const templateWords: ReadonlySignal<TemplateMessages> = catalogue;

effect(() => {
  const choice = language.value;
  void load[choice]().then((messages) => {
    if (language.peek() === choice) catalogue.value = messages;
  });
});
