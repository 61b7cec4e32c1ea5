/** Where everything is in the lab's own network. */
export const at = {
  dns: "127.80.0.53",
  whois: "127.80.0.43",
  /** The company's own server: Dovecot and Postfix. */
  harbour: "127.80.1.1",
  /** Its other one, of another make: Cyrus and Exim. */
  orchard: "127.80.2.1",
  /** Another company, whose mailbox the round trips go to and come from: Dovecot and Exim. */
  partner: "127.80.3.1",
  /** A large provider, which the company also has mailboxes at, and its status page. */
  globe: "127.80.5.1",
  status: "127.80.5.2",
  /** Where a domain leads that somebody has taken over. */
  stranger: "127.80.4.1",
  witnesses: ["127.80.9.1", "127.80.9.2"],
  /** Nobody is here. */
  nobody: "127.80.99.1",
} as const;

export const hosts = { harbour: "mail.harbour.lab", orchard: "mail.orchard.lab", partner: "mail.partner.lab" } as const;

export const password = "correct horse";
export const users = {
  harbour: ["sales@harbour.lab", "info@harbour.lab"],
  orchard: ["desk@orchard.lab", "orders@orchard.lab"],
  partner: ["canary@partner.lab"],
  /** By a provider whose preset Mailvigil has; in the lab its names lead to the lab. */
  globe: ["hq@globe.lab", "shop@globe.lab"],
  /** It logs in by tokens. */
  tokens: ["robot@harbour.lab"],
} as const;

export const passwordsOf = (addresses: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(addresses.map((address) => [address, password]));
