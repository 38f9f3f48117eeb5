/** The writing tools: loaded when the document is shown, and drawn in a layer over the text. */
import type { Editor as Tiptap } from '@tiptap/core';
import { render } from 'preact';
import type { Session } from '../../collab/session';
import { addPlugins } from '../late';
import '../../styles/writing.css';
import type { LinkBox } from '../linkBox';
import { afloat } from './afloat';
import { BlockBar } from './blockBar';
import { Bubble } from './bubble';
import { Handle } from './handle';
import { ImageBar } from './images/imageBar';
import { MathBoxView } from './mathBoxView';
import { SuggestionsView } from './suggestionsView';
import { TableBar } from './tables/tableBar';
import { ToolbarMenus } from './toolbarMenus';
import { Tools } from './writing';

export class Writing {
  /** What they add to the toolbar. */
  readonly Menus = ToolbarMenus;
  readonly tools: Tools;
  readonly #layer = document.createElement('div');
  #sink: () => void = () => undefined;

  constructor(tiptap: Tiptap, session: Session, linkBox: LinkBox) {
    this.#layer.className = 'writing';
    const text = tiptap.view.dom.parentElement;
    text?.append(this.#layer);
    this.tools = new Tools(tiptap, session, linkBox, this.#layer);
    addPlugins(tiptap, this.tools.plugins);
    if (text && this.#layer.getRootNode() instanceof ShadowRoot) {
      this.#sink = afloat(this.#layer, text, this.tools.look);
    }
    render(<Layer tools={this.tools} />, this.#layer);
  }

  destroy(): void {
    this.#sink();
    render(null, this.#layer);
    this.#layer.remove();
    this.tools.destroy();
  }
}

function Layer({ tools }: { tools: Tools }) {
  const { editable } = tools.seen.value;
  if (!editable) return null;
  return (
    <>
      <TableBar tools={tools} />
      <BlockBar tools={tools} />
      <ImageBar tools={tools} />
      <Bubble tools={tools} />
      <MathBoxView box={tools.mathBox} />
      <SuggestionsView tools={tools} />
      <Handle tools={tools} />
    </>
  );
}
