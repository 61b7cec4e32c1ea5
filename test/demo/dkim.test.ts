import { expect, test } from "vitest";
import { createDkimKey } from "../../src/demo/dkim.ts";
import { verifyMail } from "../../src/mail/mailauth-message.ts";
import { createZone } from "../support/zone.ts";

test("what the demonstration signs is believed, and no longer when it is changed", async () => {
  const key = await createDkimKey();
  const zone = createZone({
    "example.com": { TXT: ["v=spf1 -all"] },
    "s1._domainkey.example.com": { TXT: [`v=DKIM1; k=rsa; p=${key.published}`] },
  });
  const message = [
    "Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000",
    "From: Sales\t <sales@example.com>",
    "To: canary@partner.example",
    "Subject: a long",
    "  subject",
    "Date: Mon, 1 Jan 2024 00:00:00 +0000",
    "Message-ID: <1@example.com>",
    "",
    "Two  lines",
    "",
    "",
  ].join("\r\n");
  const signed = key.sign(Buffer.from(message), { domain: "example.com", selector: "s1" });
  expect(signed.toString()).toMatch(/^DKIM-Signature: /);
  const about = { address: undefined, helo: undefined, sender: undefined, resolve: zone.resolve, timeoutMs: 5_000 };
  const results = async (mail: string) => (await verifyMail(Buffer.from(mail), about))?.dkim.map(({ result }) => result);
  expect(await results(signed.toString())).toEqual(["pass"]);
  expect(await results(signed.toString().replace("Two  lines", "Two lines"))).toEqual(["fail"]);
  expect(await results(signed.toString().replace("a long", "another"))).toEqual(["fail"]);
});
