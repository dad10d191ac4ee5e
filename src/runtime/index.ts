export {
  DEVICE_CHOICES,
  DEVICES,
  type Device,
  type DeviceChoice,
  EngineUnavailableError,
  type Flaw,
} from './device.ts';
export { loadRuntime, type PassedOver, type Runtime, runtimeLine } from './runtime.ts';
