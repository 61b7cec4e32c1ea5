import { createSocket } from "node:dgram";

/** Answers every question with one MX record, as fast as it can: `node bench/dns-server.ts <address>`. */
const socket = createSocket({ type: "udp4", recvBufferSize: 4_000_000 });

// The name of the question (a pointer to octet 12), MX, IN, 300 s, preference 10, the exchange `mx` below that name.
const answer = Buffer.from([0xc0, 12, 0, 15, 0, 1, 0, 0, 1, 44, 0, 7, 0, 10, 2, 0x6d, 0x78, 0xc0, 12]);

socket.on("message", (query, from) => {
  let end = 12;
  while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1;
  const response = Buffer.concat([query.subarray(0, end + 5), answer]);
  // QR, RD, RA; one question, one answer, nothing more.
  response.writeUInt16BE(0x8180, 2);
  response.writeUInt16BE(1, 4);
  response.writeUInt16BE(1, 6);
  response.writeUInt32BE(0, 8);
  socket.send(response, from.port, from.address);
});
socket.bind(0, process.argv[2], () => console.log(`listening ${socket.address().port}`));
process.on("SIGTERM", () => socket.close());
