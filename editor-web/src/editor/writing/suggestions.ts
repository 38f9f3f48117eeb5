/**
 * What `/`, `@` and `:` offer while one types: blocks, people, emoji.
 *
 * A list opens only for what the person has just typed, never for what stands in the text already or for what others
 * write. It is found again from the words before the caret at every change, because a change from outside replaces
 * the document as far as ProseMirror can tell, and a kept position would be lost with it.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import type { IconNode } from 'lucide';
import type { Person } from '../../collab/presence';
import { beginStep } from './history';

export type SuggestionKind = 'block' | 'person' | 'emoji';

export interface Suggestion {
  readonly key: string;
  readonly label: string;
  readonly group?: string;
  readonly icon?: IconNode;
  readonly emoji?: string;
  readonly person?: Person;
  readonly hint?: string | undefined;
  /** Put it in; what was typed for it is gone already. */
  readonly run: (tiptap: Tiptap) => void;
}

export interface Suggesting {
  readonly kind: SuggestionKind;
  readonly items: readonly Suggestion[];
  readonly chosen: number;
  /** Where the sign stands that opened it. */
  readonly from: number;
}

interface Found {
  readonly kind: SuggestionKind;
  readonly from: number;
  readonly query: string;
}

/** The sign, behind a space or at the start, and what may follow it. */
const SIGNS: ReadonlyArray<readonly [SuggestionKind, RegExp]> = [
  ['block', /(?:^|\s)(\/)([^\s/][^/]{0,23})?$/],
  ['person', /(?:^|[\s(])(@)([^\s@][^@]{0,29})?$/],
  ['emoji', /(?:^|[\s(])(:)([\p{L}\d+_-]{2,24})$/u],
];
export const LIST_ID = 'suggestions';
const PAGE = 6;
const key = new PluginKey<Found | null>('suggestions');

export type Offer = (kind: SuggestionKind, query: string) => readonly Suggestion[];

export class Suggestions {
  readonly state: ReadonlySignal<Suggesting | null>;
  readonly plugin: Plugin<Found | null>;
  readonly #state = signal<Suggesting | null>(null);
  readonly #tiptap: Tiptap;
  readonly #offer: Offer;

  constructor(tiptap: Tiptap, offer: Offer) {
    this.state = this.#state;
    this.#tiptap = tiptap;
    this.#offer = offer;
    this.plugin = new Plugin<Found | null>({
      key,
      state: { init: () => null, apply: (tr, found, _, state) => next(tr, found, state) },
      props: {
        // Before all other keys: in a table the arrows would leave the cell.
        handleDOMEvents: { keydown: (_, event) => this.#key(event), blur: () => this.#close() },
        attributes: () => this.#attributes(),
      },
      view: () => ({ update: (view, before) => this.#update(view, before) }),
    });
  }

  /** Put in the suggestion at this place of the list. */
  choose(at: number): void {
    const item = this.#state.peek()?.items[at];
    const found = key.getState(this.#tiptap.state);
    if (!item || !found) return;
    const { state, view } = this.#tiptap;
    this.#state.value = null;
    view.dispatch(state.tr.delete(found.from, state.selection.from).setMeta(key, 'close'));
    if (found.kind === 'block') beginStep(this.#tiptap);
    item.run(this.#tiptap);
  }

  point(at: number): void {
    const state = this.#state.peek();
    if (!state || at === state.chosen) return;
    this.#state.value = { ...state, chosen: at };
    this.#tell();
  }

  #update(view: EditorView, before: EditorState): void {
    const found = key.getState(view.state) ?? null;
    const last = key.getState(before) ?? null;
    if (found === last || (found && last && found.query === last.query && found.from === last.from)) return;
    const items = found && view.editable ? this.#offer(found.kind, found.query) : [];
    const open = this.#state.peek() !== null;
    this.#state.value = found && items.length > 0 ? { kind: found.kind, from: found.from, items, chosen: 0 } : null;
    if (open || this.#state.peek()) this.#tell();
  }

  #key(event: KeyboardEvent): boolean {
    const state = this.#state.peek();
    if (!state || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { chosen, items } = state;
    const last = items.length - 1;
    const to = {
      ArrowDown: chosen === last ? 0 : chosen + 1,
      ArrowUp: chosen === 0 ? last : chosen - 1,
      PageDown: Math.min(last, chosen + PAGE),
      PageUp: Math.max(0, chosen - PAGE),
    }[event.key];
    if (to !== undefined) this.point(to);
    else if (event.key === 'Escape') this.#close();
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) this.choose(chosen);
    else return false;
    event.preventDefault();
    return true;
  }

  #close(): void {
    if (!this.#state.peek()) return;
    this.#state.value = null;
    this.#tiptap.view.dispatch(this.#tiptap.state.tr.setMeta(key, 'close'));
  }

  /** Have the text say to screen readers which one is pointed at. */
  #tell(): void {
    this.#tiptap.view.setProps({});
  }

  #attributes(): Record<string, string> {
    const state = this.#state.peek();
    if (!state) return {};
    return {
      'aria-haspopup': 'listbox',
      'aria-controls': LIST_ID,
      'aria-activedescendant': optionId(state.chosen),
    };
  }
}

export function optionId(at: number): string {
  return `suggestion-${at}`;
}

function next(tr: Transaction, found: Found | null, state: EditorState): Found | null {
  if (tr.getMeta(key) === 'close') return null;
  const { selection } = state;
  const { $from } = selection;
  if (!selection.empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null;
  if (found) return here(state, found.kind);
  if (!tr.docChanged || tr.getMeta(ySyncPluginKey)) return null;
  for (const [kind] of SIGNS) {
    const fresh = here(state, kind);
    if (fresh && typed(tr, fresh)) return fresh;
  }
  return null;
}

/** What stands before the caret, if it is a sign and a query. */
function here({ selection, schema }: EditorState, kind: SuggestionKind): Found | null {
  const { $from } = selection;
  if (schema.marks.code?.isInSet($from.marks())) return null;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 40), $from.parentOffset, null, '\ufffc');
  const match = SIGNS.find(([name]) => name === kind)?.[1].exec(before);
  if (!match) return null;
  const [, sign = '', query = ''] = match;
  return { kind, query, from: $from.pos - sign.length - query.length };
}

/** Whether this very change typed the sign, or for emoji the word behind it. */
function typed(tr: Transaction, { kind, from, query }: Found): boolean {
  const [map] = tr.mapping.maps;
  if (tr.steps.length !== 1 || !map) return false;
  let inside = false;
  map.forEach((_oldStart, _oldEnd, start, end) => {
    const length = end - start;
    const reaches = kind === 'emoji' ? start <= from + 1 + query.length && end > from : start <= from && end > from;
    inside ||= reaches && length > 0 && length <= query.length + 2;
  });
  return inside;
}
