/** Who has access to a document, as the dialog shows it: what the server answered last, and what went wrong. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { Problem } from '../api/http';
import { sharingWords } from '../i18n/sharing';
import type { Link, LinkRole, Members, NewLink, Role, SharingApi, Who } from './api';

/** A link with its address, which the server tells only when it is made. */
export interface ShownLink extends Link {
  readonly address: string | null;
}

export class Sharing {
  readonly members: ReadonlySignal<Members | null>;
  readonly links: ReadonlySignal<readonly ShownLink[]>;
  /** What was done, or why it was not; for the eye and for screen readers. */
  readonly news = signal<{ readonly text: string; readonly failed: boolean } | null>(null);
  readonly busy = signal(false);
  readonly #members = signal<Members | null>(null);
  readonly #links = signal<readonly ShownLink[]>([]);

  constructor(
    readonly api: SharingApi,
    private readonly origin = location.origin,
  ) {
    this.members = this.#members;
    this.links = this.#links;
  }

  async load(): Promise<void> {
    await this.#try(async () => {
      const members = await this.api.members();
      const links = members.links ? await this.api.links() : [];
      const now = Date.now();
      this.#links.value = links
        .filter(({ revoked, expires }) => !revoked && !(expires && Date.parse(expires) <= now))
        .map((link) => ({ ...link, address: null }));
      this.#members.value = members;
    });
  }

  /** Let somebody in, or change what a member may do. */
  async put(who: Who, role: Role): Promise<boolean> {
    return this.#try(async () => {
      const member = await this.api.put(who.id, role);
      const before = this.#members.peek();
      if (!before) return;
      const known = before.members.some(({ user }) => user.id === who.id);
      this.#members.value = {
        ...before,
        members: known
          ? before.members.map((one) => (one.user.id === who.id ? member : one))
          : [...before.members, member],
      };
      const { add, people } = sharingWords.peek();
      this.#say((known ? people.changed : add.added)(nameOf(who)));
    });
  }

  async drop(who: Who): Promise<boolean> {
    return this.#try(async () => {
      await this.api.drop(who.id);
      const before = this.#members.peek();
      if (before) {
        this.#members.value = { ...before, members: before.members.filter(({ user }) => user.id !== who.id) };
      }
      this.#say(sharingWords.peek().people.removed(nameOf(who)));
    });
  }

  /** Let the document be somebody else's; what that leaves to oneself, the server says. */
  async handOn(who: Who): Promise<boolean> {
    return this.#try(async () => {
      await this.api.handOn(who.id);
      this.#members.value = await this.api.members();
      this.#say(sharingWords.peek().people.handedOn(nameOf(who)));
    });
  }

  async create(wanted: NewLink): Promise<boolean> {
    return this.#try(async () => {
      const { url, ...link } = await this.api.create(wanted);
      this.#links.value = [...this.#links.peek(), { ...link, address: this.origin + url }];
      this.#say(sharingWords.peek().links.made);
    });
  }

  async change(link: Link, role: LinkRole): Promise<boolean> {
    return this.#try(async () => {
      const changed = await this.api.change(link.id, role);
      this.#links.value = this.#links.peek().map((one) => (one.id === link.id ? { ...one, ...changed } : one));
      this.#say(sharingWords.peek().links.changed);
    });
  }

  async revoke(link: Link): Promise<boolean> {
    return this.#try(async () => {
      await this.api.revoke(link.id);
      this.#links.value = this.#links.peek().filter(({ id }) => id !== link.id);
      this.#say(sharingWords.peek().links.revoked);
    });
  }

  /** Put a text where it can be pasted from. */
  async copy(text: string): Promise<void> {
    const { copied, copyFailed } = sharingWords.peek().links;
    try {
      await navigator.clipboard.writeText(text);
      this.#say(copied);
    } catch {
      this.#say(copyFailed, true);
    }
  }

  #say(text: string, failed = false): void {
    this.news.value = { text, failed };
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.busy.value = true;
    this.news.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      const { failed, unreachable } = sharingWords.peek();
      this.#say(failed(error instanceof Problem ? error.message : unreachable), true);
      return false;
    } finally {
      this.busy.value = false;
    }
  }
}

export function nameOf({ name, id }: Who): string {
  return name || id;
}
