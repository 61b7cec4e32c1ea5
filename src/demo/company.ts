/** The company of the demonstration, as data. Its names are reserved for examples (RFC 2606, RFC 6761) and belong to nobody. */

export const companyName = "Example Trading Co. 示例贸易";

/** A mail host: who serves the mailboxes of one domain. */
export interface MailHost {
  readonly domain: string;
  readonly imap: string;
  readonly smtp: string;
  /** Where other servers would deliver. */
  readonly exchanges: readonly { readonly host: string; readonly preference: number }[];
  /** How submission is protected: TLS from the first byte (port 465) or STARTTLS (port 587). */
  readonly submission: "tls" | "starttls";
}

export const mailHosts: readonly MailHost[] = [
  {
    domain: "example.com",
    imap: "imap.example.com",
    smtp: "smtp.example.com",
    exchanges: [
      { host: "mx1.example.com", preference: 10 },
      { host: "mx2.example.com", preference: 20 },
    ],
    submission: "tls",
  },
  {
    domain: "example.net",
    imap: "imap.example.net",
    smtp: "smtp.example.net",
    exchanges: [{ host: "mx.example.net", preference: 10 }],
    submission: "starttls",
  },
  {
    domain: "partner.example",
    imap: "imap.partner.example",
    smtp: "smtp.partner.example",
    exchanges: [{ host: "mx.partner.example", preference: 10 }],
    submission: "tls",
  },
];

/** A blocklist of addresses that lists nobody but its own test entry. */
export const blocklist = { zone: "blocklist.example", name: "Demonstration blocklist" };

/** The name of the key that the company's mail would be signed with. */
export const dkimSelector = "s1";

/** The one that is nearly over. */
export const webmailHost = "webmail.example.com";

export interface Mailbox {
  readonly address: string;
  readonly business?: "critical" | "normal" | "low";
  readonly role?: "partner";
}

export const mailboxes: readonly Mailbox[] = [
  { address: "sales@example.com", business: "critical" },
  { address: "info@example.com", business: "critical" },
  { address: "purchasing@example.com" },
  { address: "finance@example.com" },
  { address: "hr@example.com", business: "low" },
  { address: "ceo@example.com" },
  { address: "factory@example.net" },
  { address: "shipping@example.net" },
  { address: "canary@partner.example", role: "partner" },
];

/** Where alerts go: at the partner, so that they do not fall with the company's mail. No probe opens it. */
export const dutyMailbox = "duty@partner.example";

/** Who acts in an emergency. No telephone number in the world begins with 000. */
export const people = {
  li: { name: "李工 Li", phone: "000-0000-0001" },
  wang: { name: "王工 Wang", phone: "000-0000-0002" },
  zhou: { name: "周经理 Zhou", phone: "000-0000-0003" },
} as const;

/** Those that the templates of procedures name; deputies stand behind. */
export const roles = { it: ["li", "wang"], sales: ["zhou"], management: ["zhou"] } as const satisfies Record<
  string,
  readonly (keyof typeof people)[]
>;

/** Letters that lie in sales@ from the start, so that the mailbox is not an empty one. */
export const letters: readonly { readonly from: string; readonly to: string; readonly subject: string; readonly text: string }[] =
  [
    {
      from: "canary@partner.example",
      to: "sales@example.com",
      subject: "Inquiry: 2,000 pcs LED lamps, FOB Ningbo",
      text: "Dear Sirs,\r\n\r\nplease quote 2,000 pcs LED lamps E27, 9 W, FOB Ningbo, delivery in March.\r\n",
    },
    {
      from: "factory@example.net",
      to: "sales@example.com",
      subject: "打样已完成",
      text: "各位好：\r\n\r\n样品今天寄出，请查收。\r\n",
    },
  ];

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

export const hostOf = (address: string): MailHost | undefined => mailHosts.find((host) => host.domain === domainOf(address));
