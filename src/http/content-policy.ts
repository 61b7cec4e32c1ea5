/** What a page may load and where its forms may go. `style`: the source of its style sheets. */
export const contentPolicy = (style: string): string =>
  `default-src 'none'; script-src 'self'; style-src ${style}; img-src 'self' data:; connect-src 'self'; ` +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
