/** The carets and selections of the others: a named flag that shows while it moves and then fades. */
import { Extension } from '@tiptap/core';
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { contrastOf } from '../collab/identity';
import { guestPart, personOf } from '../collab/presence';
import type { Binding } from './binding/binding';
import { absolute, relative } from './binding/positions';

/** A flag fades this long after its caret last moved; pointing at it shows it again. */
const FLAG_SHOWN_MS = 2_400;

interface Options {
  readonly awareness: Awareness;
  readonly nameOf: (name: string) => string;
}

interface Changes {
  readonly added: number[];
  readonly updated: number[];
  readonly removed: number[];
}

const key = new PluginKey<DecorationSet>('carets');

export const Carets = Extension.create<Options>({
  name: 'carets',

  addProseMirrorPlugins() {
    const { awareness, nameOf } = this.options;
    const flags = new Flags();
    const draw = (state: EditorState) => drawn(state, awareness, nameOf, flags);
    return [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: (_, state) => draw(state),
          apply: (tr, last, _, state) => {
            if (tr.getMeta(key) || tr.getMeta(ySyncPluginKey)?.isChangeOrigin) return draw(state);
            return tr.docChanged ? last.map(tr.mapping, tr.doc) : last;
          },
        },
        props: { decorations: (state) => key.getState(state) },
        view: (view) => watched(view, awareness, flags),
      }),
    ];
  },
});

function bindingOf(state: EditorState): Binding {
  return ySyncPluginKey.getState(state).binding;
}

function drawn(
  state: EditorState,
  { clientID, states }: Awareness,
  nameOf: (name: string) => string,
  flags: Flags,
): DecorationSet {
  const binding = bindingOf(state);
  const decorations: Decoration[] = [];
  for (const [client, seen] of states) {
    const cursor = client === clientID ? null : (seen?.cursor as { anchor?: unknown; head?: unknown } | undefined);
    if (!cursor) continue;
    const anchor = absolute(binding, state.doc, cursor.anchor);
    const head = absolute(binding, state.doc, cursor.head);
    if (anchor === null || head === null) continue;
    const { name, color } = personOf(client, seen);
    const build = () => flags.fly(client, caret(client, nameOf(name), color));
    decorations.push(Decoration.widget(head, build, { key: `${client} ${color} ${name}`, side: 10 }));
    if (head === anchor) continue;
    // ProseMirror sets this text through the CSSOM, which the content security policy allows.
    const look = { class: 'others-selection', style: `--person: ${color}` };
    decorations.push(Decoration.inline(Math.min(anchor, head), Math.max(anchor, head), look, { inclusiveEnd: true }));
  }
  return decorations.length === 0 ? DecorationSet.empty : DecorationSet.create(state.doc, decorations);
}

/** Follow what the others tell of their carets, and tell them of one's own. */
function watched(view: EditorView, awareness: Awareness, flags: Flags) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Once for all that comes at a time; nothing may be dispatched while another change is under way. */
  const redraw = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      view.dispatch(view.state.tr.setMeta(key, true));
    });
  };
  const moved = ({ added, updated, removed }: Changes) => {
    const others = [...added, ...updated].filter((client) => client !== awareness.clientID);
    for (const client of others) flags.show(client);
    if (others.length > 0 || removed.length > 0) redraw();
  };
  const tell = () => tellOwn(view, awareness);
  awareness.on('change', moved);
  view.dom.addEventListener('focusin', tell);
  view.dom.addEventListener('focusout', tell);
  tell();
  return {
    update: ({ state }: EditorView, before: EditorState) => {
      if (state.doc === before.doc && state.selection.eq(before.selection)) return;
      tell();
      // A block that was moved has taken the carets in it away.
      if (state.doc.childCount !== before.doc.childCount && key.getState(before) !== DecorationSet.empty) redraw();
    },
    destroy: () => {
      clearTimeout(timer);
      awareness.off('change', moved);
      view.dom.removeEventListener('focusin', tell);
      view.dom.removeEventListener('focusout', tell);
      awareness.setLocalStateField('cursor', null);
      flags.destroy();
    },
  };
}

function tellOwn(view: EditorView, awareness: Awareness): void {
  const { doc, selection } = view.state;
  const told = awareness.getLocalState()?.cursor as { anchor: unknown; head: unknown } | null | undefined;
  if (!view.hasFocus()) {
    if (told) awareness.setLocalStateField('cursor', null);
    return;
  }
  const binding = bindingOf(view.state);
  const anchor = relative(binding, doc, selection.anchor);
  const head = selection.empty ? anchor : relative(binding, doc, selection.head);
  if (!told || !same(told.anchor, anchor) || !same(told.head, head)) {
    awareness.setLocalStateField('cursor', { anchor, head });
  }
}

function same(told: unknown, place: Y.RelativePosition): boolean {
  return Y.compareRelativePositions(Y.createRelativePositionFromJSON(told), place);
}

/** Which flags are up; the elements come and go with the editor's redrawing, the clients stay. */
class Flags {
  readonly #elements = new Map<number, HTMLElement>();
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  fly(client: number, element: HTMLElement): HTMLElement {
    this.#elements.set(client, element);
    element.classList.toggle('is-moving', this.#timers.has(client));
    return element;
  }

  show(client: number): void {
    clearTimeout(this.#timers.get(client));
    this.#elements.get(client)?.classList.add('is-moving');
    this.#timers.set(
      client,
      setTimeout(() => {
        this.#timers.delete(client);
        this.#elements.get(client)?.classList.remove('is-moving');
      }, FLAG_SHOWN_MS),
    );
  }

  destroy(): void {
    for (const [client, timer] of this.#timers) {
      clearTimeout(timer);
      this.#elements.get(client)?.classList.remove('is-moving');
    }
    this.#timers.clear();
  }
}

function caret(client: number, name: string, color: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'others-caret';
  element.dataset.client = String(client);
  element.style.setProperty('--person', color);
  element.style.setProperty('--person-ink', contrastOf(color));
  // The name is drawn by the style sheet: it must not become part of the text, for a copy or a search.
  const flag = document.createElement('span');
  flag.className = 'others-flag';
  flag.dataset.guest = guestPart(name);
  flag.dataset.name = name.slice(0, name.length - flag.dataset.guest.length);
  flag.setAttribute('aria-hidden', 'true');
  element.append(flag);
  return element;
}
