"""Where sound goes: devices behind one face. An adapter imports its own library, and only when it is opened."""
