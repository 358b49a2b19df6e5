'use strict';

// Reads a delivery (JSON) from standard input, carries it out with amqplib, and prints the receipt.
// Standard input, because a URL with credentials does not belong in a process list.

const { readFileSync } = require('node:fs');
const amqp = require('amqplib');

function nameIn(url, kind) {
  const [found, name] = new URL(url).hash.slice(1).split('=');
  if (found !== kind) throw new Error(`the URL's fragment names no ${kind}`);
  return decodeURIComponent(name);
}

async function carryOut(delivery) {
  const exchange = nameIn(delivery.exchange_url, 'exchange');
  const queue = nameIn(delivery.queue_url, 'queue');
  const connection = await amqp.connect(delivery.url, { timeout: 10_000 });
  // A refused declaration rejects its own promise; without listeners it would also end the process.
  connection.on('error', () => {});
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    let returned = false;
    channel.on('return', () => { returned = true; });
    await channel.checkQueue(queue);
    channel.publish(exchange, delivery.routing_key, Buffer.from(delivery.body), { mandatory: true });
    await channel.waitForConfirms();
    if (returned) throw new Error('the exchange has no queue for the routing key');
    const message = await channel.get(queue, { noAck: true });
    if (!message) throw new Error(`the queue '${queue}' is empty after a confirmed publish`);
    return { exchange, queue, body: message.content.toString() };
  } finally {
    await connection.close().catch(() => {});
  }
}

carryOut(JSON.parse(readFileSync(0, 'utf8'))).then(
  (receipt) => console.log(JSON.stringify(receipt)),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
