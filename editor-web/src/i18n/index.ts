/**
 * The words of the interface: `words.value` is the chosen language, and what reads it follows a change.
 *
 * Only the chosen language is fetched, before anything is drawn; whoever imports this module waits for it.
 */
import { batch, computed, signal } from '@preact/signals';
import { keep } from '../ui/device';
import type { Messages } from './en';
import { wish } from './wish';

/** Each language by its own name. */
export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

const load: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import('./en')).en,
  de: async () => (await import('./de')).de,
  ar: async () => (await import('./ar')).ar,
};
const rightToLeft: readonly Language[] = ['ar'];
const KEY = 'language';

/** What was chosen here before, else the first of the browser's languages that there is. */
export function preferred(kept: string | undefined, browser: readonly string[]): Language {
  const wishes = [kept, ...browser].map((wish) => wish?.split('-')[0]);
  return (wishes.find((wish) => wish !== undefined && Object.hasOwn(load, wish)) as Language | undefined) ?? 'en';
}

const first = preferred(wish.language ?? keep.get<string>(KEY), navigator.languages);

export const language = signal<Language>(first);
const catalogue = signal<Messages>(await load[first]());
export const words = computed<Messages>(() => catalogue.value);

export const direction = computed<'ltr' | 'rtl'>(() => (rightToLeft.includes(language.value) ? 'rtl' : 'ltr'));

/** Change the language once its words are there, and remember it; rejects where they cannot be fetched. */
export async function chooseLanguage(choice: Language): Promise<void> {
  await speak(choice);
  keep.set(KEY, choice);
}

/** Change the language for as long as the page stands. */
export async function speak(choice: Language): Promise<void> {
  const messages = await load[choice]();
  batch(() => {
    language.value = choice;
    catalogue.value = messages;
  });
}
