"""annowidgets: good labels from a notebook. Calibrate instructions, train annotators, then open production."""
