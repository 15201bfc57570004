"""An operator who does what operators do: sequences of acts at one place, whose truth is known."""
