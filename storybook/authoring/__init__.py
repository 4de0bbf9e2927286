"""What an author does with a book or a hero beside making it: begin, change, accept, tell again,
paint, proof, share and teach; both front ends call these.
"""
