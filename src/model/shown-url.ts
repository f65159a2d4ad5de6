/** A URL as a message or a printed command may show it: without a user name and a password. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*@/i, '$1//');
}
