/** Answers of 64 KiB, each made to cost a decoder as much as it can. The id is 0, the question `hostile.example.com MX`. */
export function hostileAnswers(): Readonly<Record<string, Buffer>> {
  const head = (records: number): Buffer => {
    const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, records >> 8, records & 0xff, 0, 0, 0, 0]);
    return Buffer.concat([header, name("hostile.example.com"), Buffer.from([0, 15, 0, 1])]);
  };
  const whole = (records: number, body: Buffer): Buffer => {
    const message = Buffer.concat([head(records), body]);
    if (message.length > 65_535) throw new Error(`${message.length} octets`);
    return message;
  };
  const fill = (type: number, data: Buffer): Buffer => whole(1, record(pointer(12), type, data));
  const long = name(Array.from({ length: 120 }, () => "a").join("."));

  // The long name comes first; every later record points at it, with two more names in its data.
  const start = head(0).length;
  const names = Buffer.concat([
    record(long, 2, pointer(start)),
    ...Array.from({ length: 510 }, () =>
      record(pointer(start), 6, Buffer.concat([pointer(start), pointer(start), Buffer.alloc(20)])),
    ),
  ]);
  // 241 octets for each name: just under what all names may have together.
  const fewer = Buffer.concat([
    record(long, 2, pointer(start)),
    ...Array.from({ length: 88 }, () =>
      record(pointer(start), 6, Buffer.concat([pointer(start), pointer(start), Buffer.alloc(20)])),
    ),
  ]);
  // A chain of pointers: each goes back to the one before.
  const chain: Buffer[] = [record(pointer(12), 16, Buffer.alloc(0))];
  let at = start + (chain[0]?.length ?? 0);
  for (let index = 0; index < 510; index++) {
    const next = record(pointer(12), 5, pointer(index === 0 ? 12 : at - 2));
    chain.push(next);
    at += next.length;
  }
  const room = 65_535 - start - 12;
  return {
    "512 records of long names by pointers": whole(511, names),
    "as many long names as there may be": whole(89, fewer),
    "a chain of pointers": whole(511, Buffer.concat(chain)),
    "a pointer to itself": whole(1, record(pointer(start), 2, Buffer.alloc(60_000))),
    "a TXT of empty strings": fill(16, Buffer.alloc(room)),
    "a TXT of single octets": fill(
      16,
      Buffer.from(Array.from({ length: room - (room % 2) }, (_, index) => (index % 2 === 0 ? 1 : 65))),
    ),
    "an OPT of empty options": fill(
      41,
      Buffer.concat(Array.from({ length: Math.floor(room / 4) }, () => Buffer.from([0, 9, 0, 0]))),
    ),
    "an OPT of extended errors": fill(
      41,
      Buffer.concat(Array.from({ length: Math.floor(room / 6) }, () => Buffer.from([0, 15, 0, 2, 0, 6]))),
    ),
    "an OPT of client subnets": fill(
      41,
      Buffer.concat(Array.from({ length: Math.floor(room / 8) }, () => Buffer.from([0, 8, 0, 4, 0, 2, 0, 0]))),
    ),
    "512 records that cannot be decoded": whole(
      511,
      Buffer.concat(Array.from({ length: 511 }, () => record(pointer(12), 1, Buffer.alloc(100)))),
    ),
    "a TXT of strings of 64 octets": fill(16, Buffer.concat(Array.from({ length: 1000 }, () => Buffer.alloc(65, 64)))),
    "a DNSKEY": fill(48, Buffer.alloc(room, 0xff)),
    "an RRSIG": fill(46, Buffer.alloc(room)),
    "a CAA": fill(257, Buffer.concat([Buffer.from([0, 5]), Buffer.alloc(room - 2, 97)])),
    "511 MX records": whole(511, Buffer.concat(Array.from({ length: 511 }, () => record(pointer(12), 15, mx())))),
    "65,535 records by its header": Buffer.concat([
      Buffer.from([0, 0, 0x81, 0x80, 0, 1, 255, 255, 255, 255, 255, 255]),
      Buffer.alloc(65_000),
    ]),
    zeros: Buffer.alloc(65_535),
    "all ones": Buffer.alloc(65_535, 0xff),
  };
}

const mx = (): Buffer => Buffer.concat([Buffer.from([0, 10]), name(`${"m".repeat(60)}.${"x".repeat(40)}`)]);

const name = (text: string): Buffer =>
  Buffer.concat([
    ...text.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.of(0),
  ]);

const pointer = (to: number): Buffer => Buffer.from([0xc0 | (to >> 8), to & 0xff]);

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}
