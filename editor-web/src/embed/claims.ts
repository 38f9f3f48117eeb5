/** What a token says, read without checking it: the server does that. */

export interface Claims {
  readonly user: string;
  readonly name: string;
  readonly color: string;
  readonly role: string;
  /** Milliseconds since 1970, or never. */
  readonly issued: number;
  readonly expires: number;
}

/** The claims of a token; one that is no JWT says nothing and does not expire. */
export function claimsOf(token: string): Claims {
  const said = payloadOf(token);
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : '');
  const time = (name: string, otherwise: number) => (typeof said[name] === 'number' ? said[name] * 1000 : otherwise);
  return {
    user: text('sub'),
    name: text('name'),
    color: text('color'),
    role: text('role'),
    issued: time('iat', Number.NEGATIVE_INFINITY),
    expires: time('exp', Number.POSITIVE_INFINITY),
  };
}

function payloadOf(token: string): Record<string, unknown> {
  try {
    const part = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const said: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
