/** The tools around the text: loaded when it is shown, gone with it. */
import { signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import { X } from 'lucide';
import type { Session } from '../collab/session';
import { ExportMenu } from '../files/exportMenu';
import { toolsWords } from '../i18n/tools';
import { ShareButton } from '../sharing/button';
import { Icon } from '../ui/icon';
import '../styles/tools.css';
import { ActivityWatch } from './activity';
import { CountsView } from './countsView';
import { Find } from './find/find';
import { FindBar } from './findBar';
import { FollowBanner } from './followBanner';
import { Following } from './following';
import { toolOf } from './keys';
import { Outline } from './outline';
import { OutlinePanel } from './outlinePanel';
import { Overlay } from './overlay';
import { Shortcuts } from './shortcuts';
import { Survey } from './survey';
import { View } from './view';
import { ViewMenu } from './viewMenu';

export class Tools {
  readonly find: Find;
  readonly survey: Survey;
  readonly outline: Outline;
  readonly view: View;
  readonly following: Following;
  /** The outline was opened here and now, not found open from before. */
  outlineAsked = false;
  /** The help for the keyboard is open. */
  readonly help = signal(false);
  readonly session: Session;
  readonly #tiptap: Tiptap;
  readonly #overlay: Overlay;
  readonly #activity: ActivityWatch;

  constructor(tiptap: Tiptap, session: Session) {
    this.session = session;
    this.#tiptap = tiptap;
    this.#overlay = new Overlay(tiptap);
    this.find = new Find(tiptap, this.#overlay);
    this.survey = new Survey(tiptap);
    this.outline = new Outline(tiptap, this.survey, session.id);
    this.view = new View(tiptap, this.#overlay);
    this.following = new Following(tiptap, session);
    this.#activity = new ActivityWatch(session.presence);
    addEventListener('keydown', this.#key, { capture: true });
  }

  /** The buttons in the bar. */
  readonly Menu = () => (
    <>
      <ShareButton session={this.session} />
      <ExportMenu session={this.session} />
      <ViewMenu tools={this} />
    </>
  );

  /** Everything that stands beside or over the text. */
  readonly Panels = ({ writable }: { writable: boolean }) => <Panels tools={this} writable={writable} />;

  toggleOutline(): void {
    const { outline } = this.view;
    this.outlineAsked = !outline.peek();
    outline.value = this.outlineAsked;
    if (!this.outlineAsked) this.#tiptap.view.focus();
  }

  toggleFocus(): void {
    this.view.focus.value = !this.view.focus.peek();
    this.#tiptap.view.focus();
  }

  destroy(): void {
    removeEventListener('keydown', this.#key, { capture: true });
    this.#activity.destroy();
    this.following.destroy();
    this.view.destroy();
    this.outline.destroy();
    this.survey.destroy();
    this.find.destroy();
    this.#overlay.destroy();
  }

  readonly #key = (event: KeyboardEvent): void => {
    const tool = toolOf(event) ?? (event.key === '?' && !typing(event) ? 'help' : null);
    if (tool === null || event.isComposing || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    event.stopPropagation();
    if (tool === 'find' || tool === 'replace') this.find.open(tool);
    else if (tool === 'outline') this.toggleOutline();
    else if (tool === 'focus') this.toggleFocus();
    else this.help.value = true;
  };
}

function typing({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

function Panels({ tools, writable }: { tools: Tools; writable: boolean }) {
  const { view, find, help } = tools;
  return (
    <>
      {view.outline.value && (
        <OutlinePanel
          outline={tools.outline}
          asked={tools.outlineAsked}
          onClose={() => view.outline.peek() && tools.toggleOutline()}
        />
      )}
      {find.mode.value !== 'closed' && <FindBar find={find} writable={writable} />}
      <FollowBanner following={tools.following} session={tools.session} />
      <CountsView survey={tools.survey} />
      {view.focus.value && <LeaveFocus onLeave={() => tools.toggleFocus()} />}
      {help.value && <Shortcuts onClose={() => (help.value = false)} />}
    </>
  );
}

function LeaveFocus({ onLeave }: { onLeave: () => void }) {
  const name = toolsWords.value.view.leaveFocus;
  return (
    <button type="button" class="icon-button leave-focus" aria-label={name} onClick={onLeave}>
      <Icon of={X} size={16} />
    </button>
  );
}
