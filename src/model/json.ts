/** What survives JSON: the only shape that is stored, sent or shown. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
