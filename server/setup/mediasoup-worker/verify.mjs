// Starts the mediasoup-worker given as argument the way the server does; exits with 0 if it works. Runs on Node 24.
import { createWorker } from 'mediasoup';

const worker = await createWorker({ workerBin: process.argv[2], logLevel: 'error' });
const router = await worker.createRouter({
  mediaCodecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 }],
});
// Its DTLS certificate comes from the TLS library that the worker is linked to.
const transport = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
if (transport.dtlsParameters.fingerprints.length === 0) throw new Error('the worker made no DTLS certificate');
worker.close();
