import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.HEADWATER_URL ?? "http://127.0.0.1:8765";

export default defineConfig({
  plugins: [react()],
  // The folder that the Python package ships; `hatch_build.py` runs this.
  build: { outDir: "../src/headwater/web", emptyOutDir: true, sourcemap: false, chunkSizeWarningLimit: 1100 },
  server: { proxy: { "/studio/api": server } },
  worker: { format: "es" },
});
