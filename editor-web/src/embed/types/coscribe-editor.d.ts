/**
 * The types of `<coscribe-editor>`, for an application in TypeScript: put this file among its sources.
 *
 * What each part does is said in docs/how-to/embed-the-editor.md.
 */

export type Theme = 'auto' | 'light' | 'dark';
export type ToolbarKind = 'full' | 'status' | 'none';

/** Why the page is asked for a token: there is none, it ends soon, or the server did not take it. */
export type Reason = 'missing' | 'expiring' | 'refused';

/** What is true about saving; those from `signIn` on end the work. */
export type State =
  | 'loading'
  | 'saved'
  | 'saving'
  | 'offline'
  | 'reconnecting'
  | 'readOnly'
  | 'signIn'
  | 'noAccess'
  | 'deleted'
  | 'outdated'
  | 'refused';

/** Which token is wanted. */
export interface TokenWanted {
  readonly document: string;
  readonly reason: Reason;
}

/** Gives a token, or nothing where there is none. */
export type TokenProvider = (wanted: TokenWanted) => string | null | Promise<string | null>;

/** The attributes as they stand in HTML, for frameworks that describe elements by them. */
export interface CoscribeEditorAttributes {
  document?: string;
  token?: string;
  server?: string;
  name?: string;
  color?: string;
  theme?: Theme;
  lang?: string;
  toolbar?: ToolbarKind;
  readonly?: boolean | '';
  offline?: boolean | '';
}

export interface CoscribeEditorEventMap {
  /** The text is there. */
  'coscribe-ready': CustomEvent<{ readonly document: string }>;
  /** What is true about saving has changed; `changes` are not saved yet. */
  'coscribe-status': CustomEvent<{ readonly state: State; readonly changes: number }>;
  /** The document has changed; `own`: by this person. */
  'coscribe-change': CustomEvent<{ readonly own: boolean }>;
  /** Set `token` on the element that asks. */
  'coscribe-token-needed': CustomEvent<TokenWanted>;
  /** The person cannot go on; `message` is in their language. */
  'coscribe-error': CustomEvent<{ readonly code: State | 'unreachable'; readonly message: string }>;
}

export declare class CoscribeEditor extends HTMLElement {
  /** The document's id; another one opens another document. */
  document: string;
  /** The address of the Coscribe server; where the script came from, unless it is said. */
  server: string;
  /** Set here and not as an attribute, a token does not stand in the page. */
  token: string;
  /** Asked for a token when there is none, when it ends soon, and when the server did not take it. */
  tokenProvider: TokenProvider | null;
  /** Of a person whose token says none. */
  name: string;
  /** As `#rrggbb`, of a person whose token says none. */
  color: string;
  theme: Theme;
  toolbar: ToolbarKind;
  /** Nobody writes here, whatever the token allows. */
  readOnly: boolean;
  /** Keep a copy on this device, to write in without the server. */
  offline: boolean;
  /** What `coscribe-status` said last. */
  readonly status: State;

  /** Put the caret into the text as soon as there is one, at its end unless it is told otherwise. */
  focus(options?: FocusOptions & { at?: 'start' | 'end' }): void;
  /** The document as ProseMirror JSON, as it stands here; `null` while it is not open. */
  getJSON(): object | null;
  /** The words alone, as they stand here; blocks are parted by empty lines. */
  getText(): string;
  /** The document as Markdown, as the server writes it once everything is saved. */
  getMarkdown(): Promise<string>;
  /** The document as HTML, as the server writes it once everything is saved. */
  getDocumentHTML(): Promise<string>;
}

declare global {
  interface HTMLElementTagNameMap {
    'coscribe-editor': CoscribeEditor;
  }
  /** The events bubble: they are heard at the element, around it, and at the window. */
  interface GlobalEventHandlersEventMap extends CoscribeEditorEventMap {}
}
