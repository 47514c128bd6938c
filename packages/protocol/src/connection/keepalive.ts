/**
 * The moment at which a server gives up a client that sent nothing: one and a half times the Keep
 * Alive after its last packet (MQTT-3.1.2-24).
 *
 * @param lastPacketMs When the last packet arrived, on the caller's clock.
 * @param keepAliveS Keep Alive of the CONNECT, 0 to 65,535 seconds; 0 turns the check off.
 * @returns Milliseconds on the same clock; `Infinity` when there is no limit.
 */
export function keepAliveDeadlineMs(lastPacketMs: number, keepAliveS: number): number {
  return keepAliveS === 0 ? Infinity : lastPacketMs + keepAliveS * 1500;
}
