/** Light, dark, or as the system has it; `earlyTheme.js` sets the same attribute before the first paint. */
import { effect, signal } from '@preact/signals';
import { keep } from './device';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const KEY = 'theme';
const kept = keep.get<string>(KEY);

export const theme = signal<Theme>(themes.find((name) => name === kept) ?? 'system');

effect(() => {
  const { dataset } = document.documentElement;
  if (theme.value === 'system') delete dataset.theme;
  else dataset.theme = theme.value;
});

export function chooseTheme(choice: Theme): void {
  theme.value = choice;
  keep.set(KEY, choice);
}
