/** The page's addresses: `/` is the list, `/d/{id}` a document, whose id may hold slashes, `/s/{secret}` a link. */

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'document'; readonly id: string }
  | { readonly page: 'link'; readonly secret: string };

export function routeOf(pathname: string): Route {
  const document = /^\/d\/(.+?)\/*$/.exec(pathname);
  const link = /^\/s\/([\w-]+)\/*$/.exec(pathname);
  if (link?.[1]) return { page: 'link', secret: link[1] };
  return document?.[1] ? { page: 'document', id: decoded(document[1]) } : { page: 'home' };
}

export function documentAddress(id: string): string {
  return `/d/${id.split('/').map(encodeURIComponent).join('/')}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
