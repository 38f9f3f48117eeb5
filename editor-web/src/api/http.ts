/** Requests to the server's API: JSON in and out, problems as one error type, no answer as another. */
import { here, type Site } from './site';

const DEADLINE_MS = 10_000;

let account: string | undefined;

/** Say with every request to the page's own server whose it is: it is refused when somebody else is signed in. */
export function actAs(id: string | undefined): void {
  account = id;
}

/** The headers that say so. */
export function ownHeaders(): Record<string, string> {
  return account === undefined ? {} : { 'Coscribe-Account': encodeURIComponent(account) };
}

/** The server answered with a problem document (RFC 9457) or something else that is no success. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
  ) {
    super(detail || title);
  }
}

/** The server could not be reached, or did not answer in time: try again when it can be. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Goes instead of a body. */
  readonly form?: FormData;
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
  /** `no-cache` asks with the tag of the last answer; nothing is kept of an answer unless this is given. */
  readonly cache?: 'no-store' | 'no-cache';
  /** Whom to ask: the page's own server without it. */
  readonly site?: Site;
}

/** Ask the server; the answer is its JSON, or `undefined` where it has no body. */
export async function request<T>(path: string, options: Request = {}): Promise<T> {
  const response = await send(path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Ask the server; the answer is a success. */
export async function send(
  path: string,
  { method = 'GET', body, form, signal, deadlineMs, cache = 'no-store', site = here }: Request = {},
): Promise<Response> {
  const token = await site.token();
  const headers: Record<string, string> = { Accept: 'application/json', ...(site.address ? {} : ownHeaders()) };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const deadline = AbortSignal.timeout(deadlineMs ?? DEADLINE_MS);
  let response: Response;
  try {
    response = await fetch(site.address + path, {
      method,
      headers,
      body: form ?? (body === undefined ? null : JSON.stringify(body)),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      cache,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable('The server cannot be reached.', { cause: error });
  }
  // A proxy answers these for a server that is not there.
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    throw new Unreachable('The server is not ready.');
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const { title, detail } = (await response.json()) as { title?: string; detail?: string };
    return new Problem(response.status, title ?? response.statusText, detail ?? '');
  } catch {
    return new Problem(response.status, response.statusText, '');
  }
}
