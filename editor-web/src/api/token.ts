/** What requests about no one document are signed in with: a cookie, which a browser sends by itself; see `passes`. */
export async function currentToken(): Promise<string> {
  return '';
}
