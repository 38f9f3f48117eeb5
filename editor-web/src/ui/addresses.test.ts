import { expect, test } from 'vitest';
import { documentAddress, routeOf } from './addresses';

test.each(['plan', 'team/plan', 'a.b_c~d:e@f-1/2'])('the address of %s leads back to it', (id) => {
  expect(routeOf(documentAddress(id))).toEqual({ page: 'document', id });
});

test.each(['/', '/d', '/d/', '/elsewhere'])('%s is the list', (path) => {
  expect(routeOf(path)).toEqual({ page: 'home' });
});

test('a link is known by its secret', () => {
  expect(routeOf('/s/aB3_-x')).toEqual({ page: 'link', secret: 'aB3_-x' });
  expect(routeOf('/s/')).toEqual({ page: 'home' });
});

test('a slash at the end, and a broken escape, do no harm', () => {
  expect(routeOf('/d/plan/')).toEqual({ page: 'document', id: 'plan' });
  expect(routeOf('/d/100%')).toEqual({ page: 'document', id: '100%' });
});
