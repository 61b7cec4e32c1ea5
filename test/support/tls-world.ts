import type { CheckCase } from "./check-tester.ts";
import type { Issued, IssueOptions } from "./certificates.ts";
import { type LineClient, type LineServerOptions, startLineServer } from "./line-server.ts";
import { authority, certificate, type CertificateKind, mailHost, reaching } from "./mail-world.ts";

export const day = 86_400_000;
/** One moment for all cases of a file: certificates are made around it. */
export const now = Date.now();
export const quiet = (): Promise<void> => Promise.resolve();

export interface Served extends LineServerOptions {
  readonly protocol?: "tls" | "imap" | "smtp" | "pop3";
  readonly script?: (client: LineClient) => Promise<void>;
}

/** A server that presents this at 127.0.0.1, and the options that lead to it. */
export const presenting =
  (
    presented: CertificateKind | (() => Promise<Pick<Issued, "chainPem" | "keyPem">>),
    { protocol = "tls", script = quiet, ...server }: Served = {},
  ): NonNullable<CheckCase["world"]> =>
  async () => {
    const made = typeof presented === "string" ? await certificate(presented) : await presented();
    const one = await startLineServer(script, { certificate: made, implicit: protocol === "tls", ...server });
    return {
      options: { host: mailHost, port: one.port, protocol },
      ctx: await reaching({ [mailHost]: { A: [one.host] } }),
      close: () => one.close(),
    };
  };

/** Made for the mail host by the believed authority. */
export const issued = (more: Partial<IssueOptions>) => async () => (await authority()).issue({ names: [mailHost], ...more });

/** Issued for so many days, so many of which are left. */
export const lasting = (lifetime: number, left: number) =>
  issued({ notBefore: new Date(now - (lifetime - left) * day), notAfter: new Date(now + left * day) });

/** What our own server must be told, too, before it shows what is too weak. */
export const tooWeak = { tls: { ciphers: "DEFAULT:@SECLEVEL=0" } } as const;

/** The certificates of a PEM text, one each. */
export const certificatesOf = (pem: string): readonly string[] => pem.split(/(?<=-----END CERTIFICATE-----\n)/).filter(Boolean);

export const is = (
  status: CheckCase["status"],
  ...findings: readonly string[]
): Pick<CheckCase, "status" | "findings" | "now"> => ({ status, findings, now });
