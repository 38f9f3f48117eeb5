import { expect, test } from 'vitest';
import { answerFor } from './routes';

const origin = 'https://notes.example';
const get = (path: string, mode = 'navigate') => answerFor({ method: 'GET', mode, url: origin + path }, origin);

test('pages come from the shell, whatever document they show', () => {
  expect(get('/')).toBe('shell');
  expect(get('/d/team/plan')).toBe('shell');
});

test('assets come from the store', () => expect(get('/assets/index-1.js', 'no-cors')).toBe('asset'));

test.each([
  '/auth/callback',
  '/api/documents',
  '/api/docs',
  '/files/abc',
  '/metrics',
  '/version',
  '/s/secret',
  '/d/plan/as-update',
])('%s is always the server’s, also as a page', (path) => expect(get(path)).toBe('network'));

test('what is no navigation, no GET or from elsewhere is left alone', () => {
  expect(get('/', 'cors')).toBe('network');
  expect(answerFor({ method: 'POST', mode: 'navigate', url: `${origin}/` }, origin)).toBe('network');
  expect(answerFor({ method: 'GET', mode: 'no-cors', url: 'https://other.example/assets/x.js' }, origin)).toBe(
    'network',
  );
});
