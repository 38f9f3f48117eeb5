/** The sharing API: one function an endpoint. */
import { documentPath } from '../api/documents';
import { request } from '../api/http';
import type { Site } from '../api/site';

export type Role = 'view' | 'comment' | 'edit' | 'admin';
/** A link gives no more than this. */
export type LinkRole = Exclude<Role, 'admin'>;

export interface Who {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

export interface Member {
  readonly user: Who;
  readonly role: Role;
  readonly owner: boolean;
}

export interface Members {
  readonly members: readonly Member[];
  /** One's own id; empty for whoever has none. */
  readonly you: string;
  /** Whether one may make another the owner. */
  readonly hands_on: boolean;
  readonly default_role: Role | 'none';
  /** Whether links can be made here. */
  readonly links: boolean;
}

export interface Link {
  readonly id: string;
  readonly role: LinkRole;
  readonly password: boolean;
  readonly created: string;
  readonly expires: string | null;
  readonly revoked: string | null;
}

export interface NewLink {
  readonly role: LinkRole;
  readonly password?: string;
  /** Seconds; without it the link has no end. */
  readonly ttl?: number;
}

/** One document's sharing, on its server. */
export class SharingApi {
  readonly #path: string;
  readonly #site: Site;

  constructor(document: string, site: Site) {
    this.#path = documentPath(document);
    this.#site = site;
  }

  async role(): Promise<Role> {
    const { role } = await request<{ role: Role }>(this.#path, { site: this.#site });
    return role;
  }

  members(): Promise<Members> {
    return request(`${this.#path}/members`, { site: this.#site });
  }

  put(user: string, role: Role): Promise<Member> {
    return request(this.#member(user), { method: 'PUT', body: { role }, site: this.#site });
  }

  drop(user: string): Promise<void> {
    return request(this.#member(user), { method: 'DELETE', site: this.#site });
  }

  handOn(user: string): Promise<Member> {
    return request(`${this.#path}/owner`, { method: 'PUT', body: { user }, site: this.#site });
  }

  async people(text: string, signal: AbortSignal): Promise<readonly Who[]> {
    const path = `${this.#path}/people?${new URLSearchParams({ q: text })}`;
    return (await request<{ people: Who[] }>(path, { signal, site: this.#site })).people;
  }

  async links(): Promise<readonly Link[]> {
    return (await request<{ shares: Link[] }>(`${this.#path}/shares`, { site: this.#site })).shares;
  }

  create(link: NewLink): Promise<Link & { readonly url: string }> {
    return request(`${this.#path}/shares`, { method: 'POST', body: link, site: this.#site });
  }

  change(link: string, role: LinkRole): Promise<Link> {
    return request(`${this.#path}/shares/${link}`, { method: 'PATCH', body: { role }, site: this.#site });
  }

  revoke(link: string): Promise<void> {
    return request(`${this.#path}/shares/${link}`, { method: 'DELETE', site: this.#site });
  }

  #member(user: string): string {
    return `${this.#path}/members/${encodeURIComponent(user)}`;
  }
}
