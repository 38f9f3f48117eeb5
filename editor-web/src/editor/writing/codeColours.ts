/**
 * The colours of code: drawn over the text, never stored.
 *
 * They are found in idle time, a block at a time, and remembered by the text; while one types, the colours of before
 * move along with it. Grammars are fetched with the first block that names a language.
 */
import type { Editor as Tiptap } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import type { Span } from './grammars';

type Grammars = typeof import('./grammars');
type WhenIdle = (task: () => void) => () => void;

/** Longer blocks stay in one colour: finding it would be felt. */
const LONGEST = 50_000;
const REMEMBERED = 200;
const PAUSE_MS = 120;

const key = new PluginKey<DecorationSet>('codeColours');

export class CodeColours {
  readonly plugin: Plugin<DecorationSet>;
  readonly #tiptap: Tiptap;
  readonly #whenIdle: WhenIdle;
  readonly #known = new Map<string, readonly Span[]>();
  #grammars: Grammars | null = null;
  #stop: (() => void) | null = null;
  #drawn: readonly Node[] = [];
  #marks = 0;

  constructor(tiptap: Tiptap, whenIdle: WhenIdle) {
    this.#tiptap = tiptap;
    this.#whenIdle = whenIdle;
    this.plugin = new Plugin<DecorationSet>({
      key,
      state: {
        init: () => DecorationSet.empty,
        apply: (tr, drawn) => {
          const fresh = tr.getMeta(key) as DecorationSet | undefined;
          if (fresh) return fresh;
          return tr.docChanged ? drawn.map(tr.mapping, tr.doc) : drawn;
        },
      },
      props: { decorations: (state) => key.getState(state) },
      view: () => {
        this.#later();
        return { update: (view, before) => void (view.state.doc !== before.doc && this.#later()) };
      },
    });
  }

  destroy(): void {
    this.#stop?.();
  }

  #later(): void {
    if (this.#stop) return;
    const idle = () => {
      this.#stop = this.#whenIdle(() => {
        this.#stop = null;
        if (!this.#tiptap.isDestroyed) void this.#draw();
      });
    };
    const timer = setTimeout(idle, PAUSE_MS);
    this.#stop = () => clearTimeout(timer);
  }

  async #draw(): Promise<void> {
    const { doc } = this.#tiptap.state;
    if (this.#areDrawn(codeBlocks(doc))) return;
    this.#grammars ??= await import('./grammars');
    if (this.#tiptap.isDestroyed) return;
    const { state } = this.#tiptap;
    const blocks = codeBlocks(state.doc);
    const decorations = blocks.flatMap(({ node, pos }) =>
      this.#spans(node).map(({ from, to, className }) =>
        Decoration.inline(pos + 1 + from, pos + 1 + to, { class: className }),
      ),
    );
    this.#show(DecorationSet.create(state.doc, decorations));
    this.#drawn = blocks.map(({ node }) => node);
    this.#marks = decorations.length;
  }

  /** The colours of unchanged code have moved along with it; a block that was moved has lost them. */
  #areDrawn(blocks: readonly CodeBlock[]): boolean {
    return (
      blocks.length === this.#drawn.length &&
      blocks.every(({ node }, at) => node === this.#drawn[at]) &&
      key.getState(this.#tiptap.state)?.find().length === this.#marks
    );
  }

  #show(drawn: DecorationSet): void {
    const { state, view } = this.#tiptap;
    view.dispatch(state.tr.setMeta(key, drawn).setMeta('addToHistory', false));
  }

  #spans(node: Node): readonly Span[] {
    const text = node.textContent;
    const language = String(node.attrs.language ?? '');
    if (!this.#grammars || !language || text.length > LONGEST) return [];
    const name = `${language}\n${text}`;
    const known = this.#known.get(name) ?? this.#grammars.spansOf(text, language);
    this.#known.delete(name);
    this.#known.set(name, known);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value ?? '');
    return known;
  }
}

interface CodeBlock {
  readonly node: Node;
  readonly pos: number;
}

/** Blocks never change: those that were found to hold no code are not searched again. */
const withoutCode = new WeakSet<Node>();

function codeBlocks(doc: Node): readonly CodeBlock[] {
  const found: CodeBlock[] = [];
  doc.forEach((block, start) => {
    if (withoutCode.has(block)) return;
    const before = found.length;
    const look = (node: Node, pos: number) => {
      if (node.type.name === 'codeBlock' && node.attrs.language) found.push({ node, pos });
      return !node.isTextblock;
    };
    if (look(block, start)) block.descendants((node, pos) => look(node, start + 1 + pos));
    if (found.length === before) withoutCode.add(block);
  });
  return found;
}
