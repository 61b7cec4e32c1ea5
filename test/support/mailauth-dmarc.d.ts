/** The part of mailauth 7.1.0 that a property is compared with; the package ships no types for it. */
declare module "mailauth/lib/dmarc/get-dmarc-record.js" {
  import type { Resolve } from "../../src/model/dns.ts";

  interface Found {
    readonly recordDomain: string | null;
    readonly orgDomain: string | null;
  }
  type Lookup = (name: string) => Promise<unknown>;
  const mailauth: {
    createRecordLookup(resolve: Resolve, options: { readonly strict: boolean }): Lookup;
    /** Rejects where DNS fails and nothing is known without its answer. */
    discoverPolicy(domain: string, lookup: Lookup): Promise<Found>;
  };
  export default mailauth;
}
