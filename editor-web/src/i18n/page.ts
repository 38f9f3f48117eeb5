/** The page is in the chosen language, and runs its way. */
import { effect } from '@preact/signals';
import { direction, language } from '.';

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dir = direction.value;
});
