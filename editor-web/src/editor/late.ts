/** Adds plugins to an editor that is open already. */
import type { Editor as Tiptap } from '@tiptap/core';
import type { Plugin } from '@tiptap/pm/state';

export { whenIdle } from '../ui/whenIdle';

/** Put plugins before all others, but for the one that reads the selection before a key is handled. */
export function addPlugins(tiptap: Tiptap, plugins: readonly Plugin[]): void {
  const { state, view } = tiptap;
  const [reads, ...others] = state.plugins;
  view.updateState(state.reconfigure({ plugins: [...(reads ? [reads] : []), ...plugins, ...others] }));
}
