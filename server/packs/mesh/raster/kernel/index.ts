// The rasteriser's inner loops in WebAssembly SIMD, compiled by AssemblyScript. The host (triangle-rasterizer.ts) owns
// the memory, places everything in it and checks what comes from elsewhere.

export { composite } from './compositing';
export { softenEdges } from './edges';
export { clear, setUp } from './frame';
export { shade } from './shading';
export { draw, useTexture } from './triangles';
