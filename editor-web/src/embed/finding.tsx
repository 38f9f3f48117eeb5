/** Find and replace in the text of one element: comes when nothing else is to do. */
import type { Editor as Tiptap } from '@tiptap/core';
import { Find } from '../tools/find/find';
import { FindBar } from '../tools/findBar';
import { Overlay } from '../tools/overlay';
import '../styles/tools.css';

export class Finding {
  readonly find: Find;
  readonly #overlay: Overlay;

  constructor(tiptap: Tiptap) {
    this.#overlay = new Overlay(tiptap);
    this.find = new Find(tiptap, this.#overlay);
  }

  /** It stays in sight below the tools while the text scrolls, and takes no room from it. */
  readonly Bar = ({ writable }: { writable: boolean }) =>
    this.find.mode.value === 'closed' ? null : (
      <div class="find-place">
        <FindBar find={this.find} writable={writable} />
      </div>
    );

  destroy(): void {
    this.find.destroy();
    this.#overlay.destroy();
  }
}
