/**
 * An OpenID Connect provider for tests: whoever types a name is that person. It prints its issuer once it listens.
 *
 * It knows the client `coscribe`, at any port of this machine; demands PKCE; and tells of people when asked
 * (userinfo), not in the ID token. Cancelling is an answer too.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const SECRET = process.env.CLIENT_SECRET;
const SCOPES = 'openid profile email';

let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = configured(issuer);
  const others = provider.callback();
  answer = (request, response) =>
    request.url.startsWith('/interaction/') ? interact(provider, request, response) : others(request, response);
  console.log(issuer);
});
// Nothing is left when the test that started it is gone.
process.stdin.resume().on('end', () => process.exit());

function configured(issuer) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'coscribe',
        client_secret: SECRET,
        redirect_uris: ['http://127.0.0.1/auth/callback'],
        post_logout_redirect_uris: ['http://127.0.0.1/'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'picture', 'groups'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => person(sub) }),
    loadExistingGrant: granted,
    renderError: (context, out) => {
      context.type = 'text/plain';
      context.body = JSON.stringify(out);
    },
  });
  const { prototype } = provider.Client;
  prototype.redirectUriAllowed = (uri) => /^http:\/\/(127\.0\.0\.1|localhost):\d+\/auth\/callback$/.test(uri);
  prototype.postLogoutRedirectUriAllowed = (uri) => /^http:\/\/(127\.0\.0\.1|localhost):\d+\/$/.test(uri);
  return provider;
}

function person(sub) {
  const name = sub[0].toUpperCase() + sub.slice(1);
  const host = sub.startsWith('stranger') ? 'elsewhere.example' : 'example.org';
  return { sub, name, email: `${sub}@${host}`, email_verified: true, groups: ['writers'] };
}

async function granted(context) {
  const { client, session, provider } = context.oidc;
  const known = session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPES);
  await grant.save();
  return grant;
}

async function interact(provider, request, response) {
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Provider</title><h1>Who are you?</h1>
      <form method="post"><label>Name <input name="name" autofocus></label>
      <button>Sign in</button> <button name="cancel" value="yes">Cancel</button></form></html>`);
    return;
  }
  let body = '';
  for await (const piece of request) body += piece;
  const form = new URLSearchParams(body);
  const result = form.has('cancel')
    ? { error: 'access_denied', error_description: 'The person did not want to.' }
    : { login: { accountId: form.get('name') } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}
