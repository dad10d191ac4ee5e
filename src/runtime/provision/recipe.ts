import { UserError } from '../../errors.ts';

/** What one native engine is made of; everything that changes the result is in `key`, the name of its folder. */
export interface Recipe {
  key: string;
  /** The npm package whose addon is compiled. */
  addonPackage: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  addonVersion: string;
  /** The PyPI wheel that holds TensorFlow's libraries and headers. */
  wheel: { name: string; version: string; platform: string; sha256: string };
  /** Node-API version the addon is compiled for; one build serves Node 20, 22 and 24. */
  napi: number;
  /** Room needed while it is made, in bytes. */
  room: number;
}

export const TFJS_NODE_VERSION = '4.22.0';
export const TENSORFLOW_VERSION = '2.21.0';

/** No Python runs with the engine, so which Python a wheel was meant for does not matter: always the same one. */
export const WHEEL_PYTHON = { version: '3.11', abi: 'cp311' };

const NAPI = 8;

const WHEELS: Record<string, Recipe['wheel']> = {
  'cpu-x64': {
    name: 'tensorflow-cpu',
    version: TENSORFLOW_VERSION,
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
  'cpu-arm64': {
    name: 'tensorflow',
    version: TENSORFLOW_VERSION,
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  },
  'cuda-x64': {
    name: 'tensorflow',
    version: TENSORFLOW_VERSION,
    platform: 'manylinux_2_27_x86_64',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  },
};

/** @throws UserError where no wheel exists for the platform */
export function recipeFor(
  device: 'cuda' | 'cpu',
  platform: string = process.platform,
  arch: string = process.arch,
): Recipe {
  const wheel = platform === 'linux' ? WHEELS[`${device}-${arch}`] : undefined;
  if (wheel === undefined) {
    throw new UserError(
      `the native ${device} engine cannot be provisioned on ${platform} ${arch} (only on Linux x64` +
        `${device === 'cpu' ? ' and arm64' : ''}); --device wasm works everywhere`,
    );
  }
  const cuda = device === 'cuda';
  const addonPackage = cuda ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  return {
    key: `tfjs-node-${TFJS_NODE_VERSION}-tensorflow-${TENSORFLOW_VERSION}-${device}-${platform}-${arch}-napi${NAPI}`,
    addonPackage,
    addonVersion: TFJS_NODE_VERSION,
    wheel,
    napi: NAPI,
    room: cuda ? 2.2e9 : 1.4e9,
  };
}

const HEADERS = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
];

/** Which members of the wheel are needed, and where in the addon's `deps` folder they go. */
export const WHEEL_MEMBERS: Record<string, string> = {
  ...Object.fromEntries(HEADERS.map((file) => [`tensorflow/include/${file}`, `include/${file}`])),
  'tensorflow/libtensorflow_cc.so.2': 'lib/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2': 'lib/libtensorflow_framework.so.2',
};

/** Names the addon links to, and the library of the wheel that exports those functions. */
export const LIBRARY_LINKS: Record<string, string> = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
};
