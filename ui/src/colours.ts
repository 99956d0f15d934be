// The choice between light and dark, for the button in the bar and for the canvas.
import { createContext, useContext } from "react";
import type { Colours } from "./theme";

interface Choice {
  readonly colours: Colours;
  readonly change: (colours: Colours) => void;
}

export const ColoursContext = createContext<Choice>({ colours: "light", change: () => undefined });

export const useColours = () => useContext(ColoursContext);
