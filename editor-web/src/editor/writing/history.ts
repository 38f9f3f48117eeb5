/** What undo takes back at once. */
import type { Editor as Tiptap } from '@tiptap/core';
import { yUndoPluginKey } from '@tiptap/y-tiptap';

/** Begin a step of its own, so that undo does not take back what was typed just before. */
export function beginStep({ state }: Tiptap): void {
  yUndoPluginKey.getState(state)?.undoManager.stopCapturing();
}
